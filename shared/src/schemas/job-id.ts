import { Type } from 'typebox';

export const JobIdSchema = Type.String({
  pattern: '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$',
  description: 'A UUID of your own, the same as in the payment memo. Left out, the router makes one.',
});
