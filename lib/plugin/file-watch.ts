import { isListName } from '../revocation/index.js'
import { fileOf, watchFiles, type FileWatch, type Source } from '../tls/index.js'
import type { CheckedOptions } from './options.js'

type Sources = Source | readonly Source[] | undefined

/**
 * Watches over all files that options name. It begins before any of them is read, so that nothing that happens meanwhile is
 * missed: what changed before there is anybody to tell is told when there is.
 */
export class OptionFiles {
  readonly #watch: FileWatch | undefined
  #changed: (() => void) | undefined
  #hasChanged = false

  private constructor (files: readonly string[], start: typeof watchFiles) {
    this.#watch = files.length === 0 ? undefined : start(files, { counts: isListName }, () => this.#tell())
  }

  /** Settles when files may be read. */
  static async watch (options: CheckedOptions, start = watchFiles): Promise<OptionFiles> {
    const files = new OptionFiles(options.watch ? filesOf(options) : [], start)
    await files.#watch?.ready
    return files
  }

  #tell (): void {
    this.#hasChanged = this.#changed === undefined
    this.#changed?.()
  }

  /** `changed` is called from now on. */
  onChange (changed: () => void): void {
    this.#changed = changed
    if (this.#hasChanged) this.#tell()
  }

  close (): void {
    this.#watch?.close()
  }
}

function filesOf ({ key, cert, pfx, ca, crl, trust, advertisedAuthorities }: CheckedOptions): readonly string[] {
  const profiles = Object.values(trust).flatMap((profile) => [profile.ca, profile.crl, sourcesIn(profile)])
  const sources = [key, cert, pfx, ca, crl, sourcesIn({ advertisedAuthorities }), ...profiles].flatMap((each: Sources) => each === undefined ? [] : each as Source | Source[])
  // Of URLs the room of revocation takes care.
  return sources.filter((source) => !isUrl(source)).map(fileOf).filter((file) => file !== undefined)
}

const sourcesIn = ({ advertisedAuthorities: given }: Pick<CheckedOptions, 'advertisedAuthorities'>): Sources => typeof given === 'string' ? undefined : given

const isUrl = (source: Source): boolean => typeof source === 'string' && /^https?:\/\//i.test(source)
