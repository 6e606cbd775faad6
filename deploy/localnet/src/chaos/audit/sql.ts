import type { Database } from '@watt/router';

/** The database as the audit reads it. */
export type Sql = Database['sql'];
