import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSigningKey } from '../signing/ed25519.ts';
import { encodeFrame, openFrame, splitFrame } from './frame.ts';

const key = createSigningKey(new Uint8Array(32).fill(9));
const headers = fc
  .dictionary(fc.string(), fc.jsonValue())
  .filter((header) => !Object.hasOwn(header, 'body_sha256'));
const bodies = fc.option(fc.string({ unit: 'grapheme' }), { nil: null });

test('what was encoded opens again', () => {
  fc.assert(
    fc.property(headers, bodies, (header, body) => {
      const frame = splitFrame(encodeFrame(key, header, body));
      if (!frame) throw new Error('not a frame');
      expect(frame.body).toBe(body);
      const opened = openFrame(frame, key.publicKey);
      if ('fault' in opened) throw new Error(opened.fault);
      const { body_sha256, ...rest } = opened.header as Record<string, unknown>;
      expect(rest).toEqual(JSON.parse(JSON.stringify(header)));
      expect(typeof body_sha256).toBe(body === null ? 'undefined' : 'string');
    }),
  );
});

test('no change of one letter opens', () => {
  fc.assert(
    fc.property(bodies, fc.nat(), fc.string({ minLength: 1, maxLength: 1 }), (body, at, letter) => {
      const text = encodeFrame(key, { type: 'drain', seq: 1 }, body);
      const place = at % text.length;
      fc.pre(text[place] !== letter);
      const frame = splitFrame(text.slice(0, place) + letter + text.slice(place + 1));
      if (frame) expect(openFrame(frame, key.publicKey)).toHaveProperty('fault');
    }),
  );
});

test('any text is split or refused, never thrown at', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), (text) => {
      const frame = splitFrame(text);
      if (frame) expect(openFrame(frame, key.publicKey)).toEqual({ fault: 'bad_signature' });
    }),
  );
});
