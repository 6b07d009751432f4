/**
 * What a Redis holds: the ids of the writes that it executed, each with the replication offset
 * after it. Writes only ever follow each other, so a dataset is one list; that a replica has less
 * or something else than its master can be read off it exactly.
 */
export class Dataset {
  readonly ids: number[] = [];
  readonly ends: number[] = [];

  add(id: number, end: number): void {
    this.ids.push(id);
    this.ends.push(end);
  }

  copy(): Dataset {
    const copy = new Dataset();
    for (let i = 0; i < this.ids.length; i++)
      copy.add(this.ids[i] as number, this.ends[i] as number);
    return copy;
  }

  clear(): void {
    this.ids.length = 0;
    this.ends.length = 0;
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
