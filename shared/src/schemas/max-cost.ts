import { Type } from 'typebox';

/** In the body of any job; it is about the call and no part of the request that nodes see. */
export const MaxCostSchema = Type.Union([Type.Number(), Type.String({ maxLength: 30 })], {
  description: 'The most that this job may cost, in WATT; above it nothing is registered or held.',
});
