import { readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import t from 'tap'
import { endQuietly } from '../../lib/cli/broken-pipe.js'
import { readCsv } from '../../lib/cli/csv.js'
import { only } from '../../lib/cli/failure.js'
import { checkAbsent, createDirectory, createFiles, isThere, readInput, replaceFile } from '../../lib/cli/files.js'
import { bar, underWay } from '../../lib/cli/progress.js'
import { askWithoutEcho } from '../../lib/cli/prompt.js'
import { table } from '../../lib/cli/table.js'
import { Terminal } from '../../lib/cli/terminal.js'
import { dateText, parseDate, parseDays } from '../../lib/cli/time.js'
import { visible, visibleLines } from '../../lib/cli/visible.js'

const quiet = { write: () => {} }

const terminalIn = (cwd: string, stdin = new PassThrough()) => new Terminal({ stdin, stdout: quiet, stderr: quiet, env: {}, cwd, now: () => new Date(0) })

t.test('a time span is a number of days, or has its unit behind it', async (t) => {
  t.strictSame(['30', '30d', '12h', '90m', '2w', '1y', '0.5d'].map(parseDays), [30, 30, 0.5, 0.0625, 14, 365, 0.5])
  for (const text of ['', '0', '0d', '-1', '1 d', '1e3', 'd', 'ten', '1mo']) {
    t.throws(() => parseDays(text), { code: 'commander.invalidArgument', message: 'A time span is a number above 0 with d, w, y, h or m (minutes) behind it: 30d.' }, text)
  }
})

t.test('a date is one of ISO 8601 and of the calendar', async (t) => {
  t.strictSame(['2027-01-31', '2027-01-31T12:30Z', '2027-01-31T12:30:15Z', '2027-01-31T12:30:15.250Z', '2027-01-31T12:30:00+02:00'].map((text) => parseDate(text).toISOString()),
    ['2027-01-31T00:00:00.000Z', '2027-01-31T12:30:00.000Z', '2027-01-31T12:30:15.000Z', '2027-01-31T12:30:15.250Z', '2027-01-31T10:30:00.000Z'])
  for (const text of ['', '2027', '31.01.2027', '2027-02-30', '2027-02-30T12:00:00Z', '2027-13-01', '2027-01-31T12:00:00', 'tomorrow']) {
    t.throws(() => parseDate(text), { code: 'commander.invalidArgument', message: 'A date is written as 2027-01-31, or as 2027-01-31T12:00:00Z.' }, text)
  }
  t.equal(dateText(new Date('2027-01-31T12:30:15.250Z')), '2027-01-31T12:30:15Z')
})

t.test('what cannot be seen is shown', async (t) => {
  t.equal(visible('a\u001b[31mb\u009b\u202ec\nd\u{e0041}'), 'a\\u001b[31mb\\u009b\\u202ec\\u000ad\\udb40\\udc41')
  t.equal(visibleLines('a\r\nb'), 'a\\u000d\nb')
  t.equal(JSON.parse(visible(JSON.stringify('\u009b\u{e0041}'))), '\u009b\u{e0041}', 'JSON still says the same')
})

t.test('a table has columns as wide as they have to be', async (t) => {
  t.equal(table([['A', 'B', 'C'], ['aaa', '', ''], ['a', 'bb\n', 'c']]), 'A    B         C\naaa\na    bb\\u000a  c')
})

t.test('a bar is as long as the work that is done', async (t) => {
  t.equal(bar(0, 4), `[${' '.repeat(30)}] 0 of 4`)
  t.equal(bar(1, 3), `[${'#'.repeat(10)}${' '.repeat(20)}] 1 of 3`)
  t.equal(bar(3, 3), `[${'#'.repeat(30)}] 3 of 3`)
})

t.test('work that is under way shows on a terminal, again and again, and then no more', async (t) => {
  const drawn: string[] = []
  const stderr = { isTTY: true, write: (text: string) => { drawn.push(text) } }
  const terminal = new Terminal({ stdin: new PassThrough(), stdout: quiet, stderr: stderr as never, env: {}, cwd: '.', now: () => new Date() })
  t.equal(await underWay(terminal, 'working', () => new Promise((resolve) => {
    const look = () => drawn.length > 2 ? resolve('done') : setImmediate(look)
    look()
  })), 'done')
  t.strictSame(drawn, ['\r\u001b[Kworking .', '\r\u001b[Kworking ..', '\r\u001b[Kworking ...', '\r\u001b[K'])
  await t.rejects(underWay(terminal, 'working', async () => { throw new Error('broken') }), { message: 'broken' })
})

t.test('a passphrase is typed without being shown', async (t) => {
  const shown: string[] = []
  const raw: boolean[] = []
  const keyboard = () => Object.assign(new PassThrough(), { isTTY: true, setRawMode: (on: boolean) => { raw.push(on) } })
  const ask = (input: PassThrough) => askWithoutEcho(input, { write: (text) => { shown.push(String(text)) } }, 'Passphrase: ')
  const input = keyboard()
  input.write('pä')
  input.write('sx\b\u007fs🔑\r')
  t.equal(await ask(input), 'päs🔑')
  t.strictSame(shown, ['Passphrase: ', '\n'])
  t.strictSame(raw, [true, false])
  input.write('one\nother\n')
  t.strictSame([await ask(input), await ask(input)], ['one', 'other'], 'what is pasted behind it answers the next question')
  input.write('never\u0003')
  await t.rejects(ask(input), { name: 'Failure', message: 'interrupted' })
  const ended = keyboard()
  ended.end('half')
  await t.rejects(ask(ended), { name: 'Failure', message: 'no passphrase was given: the input has ended' })
  t.strictSame(raw.at(-1), false, 'the terminal is as it was')
  const plain = new PassThrough()
  plain.end('line\n')
  t.equal(await askWithoutEcho(plain, quiet, ''), 'line', 'where there is no raw mode')
})

t.test('CSV is read as spreadsheets write it', async (t) => {
  const columns = ['subject', 'email', 'file']
  t.strictSame(readCsv('\ufeffSubject,email\r\n"CN=alice,O=Example", alice@example.com \r\n\r\n"CN=""bob""",\r\nCN=carol', columns), [
    { subject: 'CN=alice,O=Example', email: 'alice@example.com' }, { subject: 'CN="bob"', email: '' }, { subject: 'CN=carol', email: '' }
  ])
  t.strictSame(readCsv('subject\nCN=alice\n', columns), [{ subject: 'CN=alice' }])
  t.strictSame(readCsv('subject\r"a\nb"\r', columns), [{ subject: 'a\nb' }])
  const broken: Array<[string, string]> = [
    ['', 'the CSV file is empty'],
    ['subject,days\n', 'the head line of the CSV file has "days", which is unknown or there twice'],
    ['subject,subject\n', 'the head line of the CSV file has "subject", which is unknown or there twice'],
    ['subject\nCN=a,O=b\n', 'row 2 of the CSV file has 2 values, where its head line has 1'],
    ['subject\n"CN=a\n', 'row 2 of the CSV file has a quote that is not closed, or something beside it'],
    ['subject\n"CN=a"b\n', 'row 2 of the CSV file has a quote that is not closed, or something beside it'],
    ['subject\nCN=a"\n', 'row 2 of the CSV file has a quote that is not closed, or something beside it']
  ]
  for (const [text, message] of broken) t.throws(() => readCsv(text, columns), { name: 'Failure', message }, JSON.stringify(text))
})

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

t.test('files are all made or none, and never over one that is there', async (t) => {
  const directory = t.testdir({ there: 'old' })
  const terminal = terminalIn(directory)
  await createFiles(terminal, [{ name: 'a.key', content: 'secret', isSecret: true }, { name: 'a.cer', content: Buffer.from('open') }])
  t.equal(modeOf(join(directory, 'a.key')), '600')
  t.equal(readFileSync(join(directory, 'a.cer'), 'utf8'), 'open')
  await t.rejects(createFiles(terminal, [{ name: 'b.key', content: '' }, { name: 'there', content: 'new' }]), {
    name: 'Failure', message: 'there is there already, and is not overwritten', hint: 'nothing was changed: move it away, or choose another name'
  })
  await t.rejects(createFiles(terminal, [{ name: 'b.key', content: '' }, { name: 'none/b.cer', content: '' }]), { message: 'cannot write none/b.cer: there is no such file or directory' })
  await t.rejects(createFiles(terminal, [{ name: 'c', content: 5 as never }]), { name: 'TypeError' })
  t.strictSame(readdirSync(directory).sort(), ['a.cer', 'a.key', 'there'])
  t.equal(readFileSync(join(directory, 'there'), 'utf8'), 'old')
})

t.test('what is there is seen beforehand, if only a link to nothing', async (t) => {
  const directory = t.testdir({ there: '' })
  symlinkSync('nothing', join(directory, 'link'))
  const terminal = terminalIn(directory)
  await checkAbsent(terminal, ['a', 'b'])
  for (const name of ['there', 'link']) await t.rejects(checkAbsent(terminal, ['a', name]), { message: `${name} is there already, and is not overwritten` })
  await t.rejects(checkAbsent(terminal, ['a', './a']), { message: 'two files would be called ./a' })
  await t.rejects(isThere(terminal, 'there/a'), { message: 'cannot read there/a: a part of its path is no directory' })
})

t.test('a file is replaced whole or not at all', async (t) => {
  const directory = t.testdir({ list: 'old', folder: {} })
  const terminal = terminalIn(directory)
  await replaceFile(terminal, { name: 'list', content: 'new' })
  t.equal(readFileSync(join(directory, 'list'), 'utf8'), 'new')
  await t.rejects(replaceFile(terminal, { name: 'folder', content: 'new' }), { message: /^cannot write folder: / })
  await t.rejects(replaceFile(terminal, { name: 'none/list', content: 'new' }), { message: 'cannot write none/list: there is no such file or directory' })
  t.strictSame(readdirSync(directory).sort(), ['folder', 'list'])
})

t.test('files that cannot be read or made are told by their names', async (t) => {
  const directory = t.testdir({ file: 'text' })
  const terminal = terminalIn(directory)
  t.equal(String(await readInput(terminal, 'file')), 'text')
  await t.rejects(readInput(terminal, '.'), { name: 'Failure', message: 'cannot read .: it is a directory' })
  await t.rejects(readInput(terminal, 'f'.repeat(300)), { message: /: ENAMETOOLONG$/ })
  await t.rejects(createDirectory(terminal, 'file/folder'), { message: 'cannot make file/folder: a part of its path is no directory' })
  await createDirectory(terminal, 'one/other')
  t.equal(modeOf(join(directory, 'one/other')), '700')
  const input = new PassThrough()
  input.end('from a pipe')
  t.equal(String(await readInput(terminalIn(directory, input), '-')), 'from a pipe')
})

t.test('whoever stops reading ends the command without a word', async (t) => {
  const said: unknown[] = []
  const exits: Array<() => void> = []
  const ending = {
    stderr: { write: (text: unknown) => said.push(text) },
    exitCode: 0,
    once: (_event: 'exit', listener: () => void) => exits.push(listener)
  }
  endQuietly(ending)(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
  t.strictSame([said, exits], [[], []])
  endQuietly(ending)(Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }))
  t.strictSame(said, [
    'error: cannot write to standard output: ENOSPC: no space left on device, write\n',
    'hint: what the lines above report as made or recorded is there; if they name a certificate that you lost, revoke it by its serial number\n'
  ])
  for (const exit of exits) exit()
  t.equal(ending.exitCode, 1)
})

t.test('only errors of the kind that is expected are taken', async (t) => {
  const error = new RangeError('expected')
  t.equal(only(RangeError, error), error)
  t.throws(() => only(TypeError, error), error)
})
