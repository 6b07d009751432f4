/**
 * What a Redis holds: the ids of the writes that it executed, each with the replication offset
 * after it. Writes only ever follow each other, so a dataset is one list; that a replica has less
 * or something else than its master can be read off it exactly.
 */
export class Dataset {
  readonly ids: number[];
  readonly ends: number[];

  constructor(ids: number[] = [], ends: number[] = []) {
    this.ids = ids;
    this.ends = ends;
  }

  add(id: number, end: number): void {
    this.ids.push(id);
    this.ends.push(end);
  }

  copy(): Dataset {
    return new Dataset(this.ids.slice(), this.ends.slice());
  }

  clear(): void {
    this.truncate(0);
  }

  /** Only the first `count` writes are left. */
  truncate(count: number): void {
    this.ids.length = count;
    this.ends.length = count;
  }

  /** How many writes end at or before `offset`. */
  countUpTo(offset: number): number {
    let low = 0;
    let high = this.ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.ends[middle] as number) <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
