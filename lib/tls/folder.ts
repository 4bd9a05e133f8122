import { stat } from 'node:fs/promises'
import { withinTime } from '../files/index.js'

/** Whether a path leads to a folder; not so where it leads nowhere. */
export const isFolder = (path: string): Promise<boolean> => stat(path).then((found) => found.isDirectory(), () => false)

/** A text that is another one once another folder is behind the path; empty where nothing is. */
export const folderIdentity = (path: string): Promise<string> =>
  withinTime(path, () => stat(path, { bigint: true })).then(({ dev, ino, birthtimeNs }) => [dev, ino, birthtimeNs].join(), () => '')
