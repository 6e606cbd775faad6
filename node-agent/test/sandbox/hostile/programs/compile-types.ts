//: types without an end, for the compiler
//: ends exit 0 or exit 1 or exit 2 or oom or timeout or signal SIGABRT or signal SIGTRAP
//: says
type Deep<N extends number, T extends unknown[] = []> = T['length'] extends N ? T : Deep<N, [...T, T]>;
type All = Deep<999>;
export const kept: All | null = null;
