"""The Python kernel of a session: runs one call after the other in one namespace. What it reads and answers: session.c."""
import ast
import linecache
import os
import signal
import sys
import traceback
import types

CALLS, ANSWERS, ERRORS = 3, 4, 2
VALUE_BYTES = 64 * 1024
AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
IS_COROUTINE = 0x80
# A task that was cancelled may clean up for so long before the next call may come.
CLEAN_UP_SECONDS = 1
KERNEL = os.getpid()
# Kept here, because programs may put something else in their places.
read, write, getpid, leave = os.read, os.write, os.getpid, os._exit
loop = None


def main():
    for fd in (CALLS, ANSWERS):
        os.set_inheritable(fd, False)
    scope = types.ModuleType('__main__')
    sys.modules['__main__'] = scope
    sys.argv, sys.path[0] = [''], '/tmp'
    write(ANSWERS, b'ready')
    number = 0
    while True:
        nonce, code = next_call()
        number += 1
        # Anew for each call: a program may have set its own, which must not outlast it.
        signal.signal(signal.SIGINT, on_interrupt)
        verdict, value = run(code, f'<call {number}>', vars(scope))
        for stream in ('stdout', 'stderr'):
            attempt(lambda: getattr(sys, stream).flush())
        if getpid() != KERNEL:
            leave(0)  # a child that the program forked and that came out of it at its end
        answer(nonce, verdict, value)


def next_call():
    while True:
        head = read_exactly(5)
        payload = read_exactly(int.from_bytes(head[1:], 'big'))
        # An interrupt that is read here came too late for its call.
        if head[:1] == b'C':
            nonce, code = payload.split(b'\n', 1)
            return nonce, code.decode()


def read_exactly(count):
    got = bytearray()
    while len(got) < count:
        some = read(CALLS, count - len(got))
        if not some:
            leave(0)
        got += some
    return bytes(got)


def answer(nonce, verdict, value):
    text = b'' if value is None else value.encode(errors='backslashreplace')
    kept = text if len(text) <= VALUE_BYTES else text[:VALUE_BYTES].decode(errors='ignore').encode()
    head = f'{verdict} {int(value is not None)} {int(len(kept) < len(text))}\n'
    write(ANSWERS, nonce + b' ' + head.encode() + kept)


def run(code, name, scope):
    """What became of the program, and the text of its last expression's value, or None."""
    lines = code.splitlines(keepends=True)
    attempt(lambda: linecache.cache.update({name: (len(code), None, lines, name)}))
    try:
        return 'ok', as_program(lambda: evaluate(code, name, scope))
    except SystemExit:
        if getpid() != KERNEL:
            leave(0)
        raise
    except BaseException as error:
        verdict = 'interrupted' if isinstance(error, KeyboardInterrupt) else 'error'
        told = attempt(lambda: told_error(error, name))
        say(told or f'{type(error).__name__}\n')
        return verdict, None


def evaluate(code, name, scope):
    tree = compile(code, name, 'exec', ast.PyCF_ONLY_AST | AWAIT, dont_inherit=True)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    execute(compile(tree, name, 'exec', AWAIT, dont_inherit=True), scope)
    if last is None:
        return None
    value = execute(compile(ast.Expression(last.value), name, 'eval', AWAIT, dont_inherit=True), scope)
    return None if value is None else repr(value)


def execute(compiled, scope):
    value = eval(compiled, scope)
    return wait_for(value) if compiled.co_flags & IS_COROUTINE else value


def wait_for(coroutine):
    """Runs it in the loop of this session, in which tasks of earlier calls go on as well."""
    global loop
    import asyncio  # here, because it takes longer than everything else that a kernel needs

    if loop is None or loop.is_closed():
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
    task = loop.create_task(coroutine)
    try:
        return loop.run_until_complete(task)
    except KeyboardInterrupt:
        task.cancel()
        loop.run_until_complete(asyncio.wait([task], timeout=CLEAN_UP_SECONDS))
        if task.done() and not task.cancelled():
            task.exception()  # or it would be said of it that nobody asked
        raise


def as_program(work):
    """Calls what an interrupt may break off: it is the program, or runs some of it. See on_interrupt."""
    return work()


def on_interrupt(_, frame):
    # Only in what runs below as_program: raised anywhere else, it would be the kernel that ends.
    while frame is not None:
        frame = frame.f_back
        if frame is not None and frame.f_code is as_program.__code__:
            raise KeyboardInterrupt


def attempt(work):
    try:
        return as_program(work)
    except BaseException:
        return None


def told_error(error, name):
    trace = error.__traceback__
    # From the first line of the program on; the lines above are the kernel's.
    while trace is not None and trace.tb_frame.f_code.co_filename != name:
        trace = trace.tb_next
    told = traceback.TracebackException(type(error), error, trace)
    told.stack = traceback.StackSummary.from_list([one for one in told.stack if one.filename != __file__])
    return ''.join(told.format())


def say(text):
    left = text.encode(errors='backslashreplace')
    try:
        while left:
            left = left[write(ERRORS, left) :]
    except OSError:
        pass  # the program has closed it


main()
