import { type BaseUnits, base, parseWallet, parseWatt } from '@watt/shared';

export type Env = Record<string, string | undefined>;

/** Reads values and collects every fault, so that one start names all of them. */
export interface EnvReader {
  text(name: string, fallback?: string): string;
  optional(name: string): string | undefined;
  integer(name: string, limits: { fallback: number; min: number; max: number }): number;
  price(name: string, fallback: BaseUnits): BaseUnits;
  wallet(name: string): string;
  /** A value with a reader of its own, whose exception becomes a fault. */
  parsed<T>(name: string, fallback: string, parse: (text: string) => T[]): T[];
  oneOf<T extends string>(name: string, values: readonly T[], fallback: T): T;
  fault(message: string): void;
  readonly faults: readonly string[];
}

export function createEnvReader(env: Env): EnvReader {
  const faults: string[] = [];
  const optional = (name: string): string | undefined => env[name]?.trim() || undefined;
  const fault = (message: string): void => void faults.push(message);

  return {
    faults,
    fault,
    optional,
    text(name, fallback) {
      const value = optional(name) ?? fallback;
      if (value === undefined) fault(`${name} is missing`);
      return value ?? '';
    },
    integer(name, { fallback, min, max }) {
      const value = Number(optional(name) ?? fallback);
      if (Number.isInteger(value) && value >= min && value <= max) return value;
      fault(`${name} must be a whole number from ${min} to ${max}, not "${env[name]}"`);
      return fallback;
    },
    price(name, fallback) {
      const text = optional(name);
      if (text === undefined) return fallback;
      const units = parseWatt(text);
      if (units !== null && units > 0n) return units;
      fault(`${name} must be a WATT amount above 0 with at most 6 decimals, not "${text}"`);
      return base(0n);
    },
    wallet(name) {
      const value = optional(name) ?? '';
      if (!parseWallet(value))
        fault(value ? `${name} is not a base58 public key: "${value}"` : `${name} is missing`);
      return value;
    },
    parsed(name, fallback, parse) {
      try {
        return parse(env[name] ?? fallback);
      } catch (error) {
        fault(`${name}: ${error instanceof Error ? error.message : String(error)}`);
        return [];
      }
    },
    oneOf(name, values, fallback) {
      const value = optional(name) ?? fallback;
      const known = values.find((candidate) => candidate === value);
      if (known === undefined) fault(`${name} must be one of ${values.join(', ')}, not "${value}"`);
      return known ?? fallback;
    },
  };
}
