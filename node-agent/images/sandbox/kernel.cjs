// The JavaScript kernel of a session: runs one call after the other in one global scope. What it reads and answers: session.c.
//
// Programs run on the main thread, by V8's own REPL mode, which is to be had through the inspector only: it allows `await` at the top
// and to declare a name again. A second thread reads the calls, so that an interrupt is heard while a program loops.
const { Worker, isMainThread, parentPort } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const { Session } = require('node:inspector');
const Module = require('node:module');
const { Socket } = require('node:net');
const { inspect } = require('node:util');

const CALLS = 3;
const ANSWERS = 4;
const VALUE_BYTES = 64 * 1024;
const HEAD_BYTES = 5;
const READER_MB = 32;
/** Where `require` and `import()` look from. */
const BASE = '/tmp/session.js';
/** From where the inspector was asked to run the program on, the lines of a stack are the kernel's. */
const KERNEL_LINES = /\n +at Session\.post \(node:inspector[\s\S]*?(?=\n(?! +at )|$)/;

if (isMainThread) runPrograms();
else readCalls();

function runPrograms() {
  // Gets ready while we do, and finds in its pipe what comes before that.
  const reader = new Worker(__filename, { resourceLimits: { maxOldGenerationSizeMb: READER_MB } });
  const session = new Session();
  session.connect();
  const post = session.post.bind(session);
  const unwrap = createUnwrap(post);
  const withImports = createImportRewriter();
  const outputs = [process.stdout, process.stderr].map((stream) => ({
    stream,
    write: stream.write.bind(stream),
  }));
  const complain = (error) => outputs[1].write(`Uncaught ${told(error)}\n`);
  let number = 0;
  let current = null;

  function run(code, whenDone) {
    number += 1;
    const expression = `${withImports(code)}\n//# sourceURL=call-${number}`;
    const how = { replMode: true, silent: true, objectGroup: 'call' };
    post('Runtime.evaluate', { expression, ...how }, (fault, said) => {
      // Broken off: the interrupt itself answers the call.
      if (fault) return;
      const { result, exceptionDetails } = said;
      const value = unwrap(exceptionDetails?.exception ?? result);
      post('Runtime.releaseObjectGroup', { objectGroup: 'call' });
      post('Runtime.discardConsoleEntries');
      if (exceptionDetails) complain(value);
      if (exceptionDetails) whenDone('error', null);
      else whenDone('ok', value === undefined ? null : shown(value));
    });
  }

  async function answer(nonce, verdict, value) {
    // What was printed has to be in its pipe before the answer is.
    await Promise.all(outputs.map(flushed));
    if (current !== nonce) return;
    current = null;
    writeSync(ANSWERS, encodeAnswer(nonce, verdict, value));
  }

  becomePlain(session, complain);
  reader.on('message', ({ nonce, code }) => {
    if (code === undefined) {
      if (current === nonce) void answer(nonce, 'interrupted', null);
      return;
    }
    current = nonce;
    run(code, (verdict, value) => void answer(nonce, verdict, value));
  });
  writeSync(ANSWERS, 'ready');
}

/** Makes the process look to programs as if nothing but they were in it. */
function becomePlain(session, complain) {
  // Without a listener an interrupt would end the process, and an error in a timer too.
  process.on('SIGINT', () => {});
  process.on('uncaughtException', complain);
  process.on('exit', () => session.disconnect());
  process.execArgv.length = 0;
  process.argv.length = 1;
  delete require.cache[__filename];
  define('require', Module.createRequire(BASE));
}

function define(name, value) {
  Object.defineProperty(globalThis, name, { configurable: true, writable: true, value });
}

/**
 * V8's REPL mode has no `import()`, so programs call a function in its place. What is such a call, and no text, comment or name of a
 * property, V8 itself knows: `enum`, which is reserved like `import`, is an error in the places of its keyword, and only there.
 */
function createImportRewriter() {
  const NAME = '__import';
  const AsyncFunction = (async () => {}).constructor;
  const loader = new Module(BASE, null);
  loader._compile('module.exports = (what, how) => import(what, how);', BASE);
  define(NAME, loader.exports);

  function canParse(code) {
    try {
      new AsyncFunction(code);
      return true;
    } catch {
      return false;
    }
  }

  return (code) => {
    const places = [...code.matchAll(/\bimport\b/g)].map(({ index }) => index).reverse();
    if (places.length === 0 || !canParse(code)) return code;
    const put = (text, at, word) => text.slice(0, at) + word + text.slice(at + 'import'.length);
    // From the last to the first, so that places stay what they are.
    return places.reduce((text, at) => (canParse(put(text, at, 'enum')) ? text : put(text, at, NAME)), code);
  };
}

/** Gives what finds the value itself that the inspector only describes. */
function createUnwrap(post) {
  const box = { value: undefined };
  const name = Symbol.for('watt.kernel');
  let objectId;
  globalThis[name] = box;
  post('Runtime.evaluate', { expression: "globalThis[Symbol.for('watt.kernel')]" }, (_, { result }) => {
    objectId = result.objectId;
  });
  delete globalThis[name];

  return ({ objectId: id, unserializableValue, value }) => {
    const argument = id ? { objectId: id } : unserializableValue ? { unserializableValue } : { value };
    const functionDeclaration = 'function (value) { this.value = value; }';
    post('Runtime.callFunctionOn', { functionDeclaration, objectId, arguments: [argument] });
    const unwrapped = box.value;
    box.value = undefined;
    return unwrapped;
  };
}

function encodeAnswer(nonce, verdict, value) {
  const hasValue = value !== null;
  const whole = hasValue ? Buffer.from(value) : Buffer.alloc(0);
  const isCut = whole.length > VALUE_BYTES;
  // `stream` leaves out a character that the cut goes through.
  const kept = isCut
    ? Buffer.from(new TextDecoder().decode(whole.subarray(0, VALUE_BYTES), { stream: true }))
    : whole;
  return Buffer.concat([Buffer.from(`${nonce} ${verdict} ${Number(hasValue)} ${Number(isCut)}\n`), kept]);
}

function flushed({ stream, write }) {
  return new Promise((resolve) => {
    if (stream.writableLength === 0 || stream.destroyed) resolve();
    else write('', resolve);
  });
}

function shown(value) {
  try {
    return inspect(value, { maxStringLength: VALUE_BYTES });
  } catch (error) {
    return `[cannot be shown: ${told(error)}]`;
  }
}

function told(error) {
  try {
    return inspect(error).replace(KERNEL_LINES, (lines) => (lines.endsWith(' {') ? ' {' : ''));
  } catch {
    return 'an error that cannot be shown';
  }
}

function readCalls() {
  let buffered = Buffer.alloc(0);
  let last = null;
  let working = Promise.resolve();

  new Socket({ fd: CALLS, readable: true, writable: false }).on('data', (chunk) => {
    buffered = Buffer.concat([buffered, chunk]);
    while (buffered.length >= HEAD_BYTES) {
      const end = HEAD_BYTES + buffered.readUInt32BE(1);
      if (buffered.length < end) return;
      const isCall = buffered.toString('latin1', 0, 1) === 'C';
      const payload = buffered.subarray(HEAD_BYTES, end);
      buffered = Buffer.from(buffered.subarray(end));
      working = working.then(() => (isCall ? call(payload) : interrupt()));
    }
  });

  function call(payload) {
    const at = payload.indexOf('\n');
    last = payload.toString('latin1', 0, at);
    parentPort.postMessage({ nonce: last, code: payload.toString('utf8', at + 1) });
  }

  /** Resolves when the main thread is out of what it did; the next call waits for that. */
  function interrupt() {
    const session = new Session();
    session.connectToMainThread();
    return new Promise((resolve) => {
      session.post('Runtime.terminateExecution', () => {
        // A process that exits with a session open complains of it on stderr.
        session.disconnect();
        parentPort.postMessage({ nonce: last });
        resolve();
      });
    });
  }
}
