import { expect, test } from 'vitest';
import { createAdmission, type Ticket } from './admission.ts';

const limits = { connections: 3, connectionsPerAddress: 2, unauthenticated: 2 };

test('strangers are few, and a welcome makes room for the next', () => {
  const admit = createAdmission(limits);
  const first = admit('192.0.2.1') as Ticket;
  admit('192.0.2.2');
  expect(admit('192.0.2.3')).toEqual({ refused: 'too_many_handshakes' });
  first.welcome();
  first.welcome();
  expect(admit('192.0.2.3')).not.toHaveProperty('refused');
  expect(admit('192.0.2.4')).toEqual({ refused: 'too_many_connections' });
});

test('one address has its share, and a release gives it back once', () => {
  const admit = createAdmission({ ...limits, connections: 9, unauthenticated: 9 });
  const first = admit('2001:db8::1') as Ticket;
  admit('2001:db8::2');
  expect(admit('2001:db8::3')).toEqual({ refused: 'too_many_from_address' });
  first.release();
  first.release();
  expect(admit('2001:db8::3')).not.toHaveProperty('refused');
  expect(admit('2001:db8::4')).toEqual({ refused: 'too_many_from_address' });
});
