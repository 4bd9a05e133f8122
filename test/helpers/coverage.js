/**
 * What a test file covers, for tap: only the tests of the rooms count. Those of examples and of other programs start
 * processes that compile `lib` in their own way, whose lines are not those that tap counts.
 */
export default (file) => /(?:^|[\\/])test[\\/](?:examples|clients)[\\/]|readme\.test\.ts$/.test(file) ? null : []
