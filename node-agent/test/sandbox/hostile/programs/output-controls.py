#: terminal escapes, control characters, broken UTF-8 and what breaks JSON and JavaScript
#: ends exit 0
#: says ^\x1b\[2J\x1b\]0;owned\x07\r\x00\x07\x08\u202e\u2028"\\\\\}\ufffd\ufeffheld\n$
import os
os.write(1, b'\x1b[2J\x1b]0;owned\x07\r\x00\x07\x08' + '\u202e\u2028'.encode() + b'"\\\\}\xff' + '\ufeffheld\n'.encode())
