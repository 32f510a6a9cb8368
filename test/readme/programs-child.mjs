/**
 * Runs built programs in this process, one after the other as it is told: to start and to load each anew would take most of
 * the time. A program is its file, evaluated again, with arguments and variables of its own. Of the environment and of the
 * exit code nothing stays; the folder stays until a program has another.
 *
 * @typedef {{ readonly url: string, readonly argv: readonly string[], readonly env: NodeJS.ProcessEnv, readonly cwd?: string }} Program
 */
const { stdout, stderr } = process;
const given = { ...process.env };
let runs = 0;

for (const emitter of [process, stdout, stderr]) emitter.setMaxListeners(0);

/** Gives what is written to a stream from now on, as often as it is asked for. @param {NodeJS.WriteStream} stream */
function heard(stream) {
  let text = '';
  stream.write = (chunk, encoding, then) => {
    text += chunk;
    const done = typeof encoding === 'function' ? encoding : then;
    if (done !== undefined) setImmediate(done);
    return true;
  };
  return () => text;
}

/** @param {Program} program */
async function run({ url, argv, env, cwd }) {
  if (cwd !== undefined) process.chdir(cwd);
  const [out, err] = [heard(stdout), heard(stderr)];
  process.argv = [process.execPath, url, ...argv];
  // In place: it is what threads inherit.
  for (const name of Object.keys(process.env)) if (!(name in given)) delete process.env[name];
  Object.assign(process.env, given, env);
  process.exitCode = undefined;
  runs += 1;
  await import(`${url}?run=${runs}`);
  const code = process.exitCode;
  process.exitCode = undefined;
  process.send?.({ code, stdout: out(), stderr: err() });
}

process.on('message', (program) => void run(/** @type {Program} */ (program)));
