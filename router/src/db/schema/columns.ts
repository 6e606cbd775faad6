import { bigint, customType, timestamp } from 'drizzle-orm/pg-core';

export const baseUnits = (name: string) => bigint(name, { mode: 'bigint' });
export const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });
export const bytea = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' });
