/**
 * Copies that are about to be changed. What every turn copies lists its fields instead of spreading
 * them: V8 of Node 20 copies what a spread has made ten times slower than what was written out, and
 * a state that is renewed hundreds of times a second is always made of its predecessor. The types see
 * to it that no field is left out.
 */
export type Draft<T> = { -readonly [K in keyof T]: T[K] };

/** The record with one more, or another, entry. */
export function withEntry<T>(
  record: Readonly<Record<string, T>>,
  name: string,
  value: T,
): Readonly<Record<string, T>> {
  const next = copyOfRecord(record);
  next[name] = value;
  return next;
}

export function copyOfRecord<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  const next: Record<string, T> = {};
  for (const known in record) next[known] = record[known] as T;
  return next;
}
