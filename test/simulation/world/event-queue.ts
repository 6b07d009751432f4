/**
 * What will happen, in order of (true time, sequence): a binary heap over three parallel arrays,
 * so that an event costs no object of its own beyond its closure.
 */
export class EventQueue {
  readonly #times: number[] = [];
  readonly #seqs: number[] = [];
  readonly #runs: (() => void)[] = [];
  #nextSeq = 0;

  get size(): number {
    return this.#times.length;
  }

  /** Time of the next event; Infinity when there is none. */
  get nextTime(): number {
    return this.#times[0] ?? Infinity;
  }

  push(time: number, run: () => void): void {
    const seq = this.#nextSeq++;
    let hole = this.#times.length;
    this.#times.push(time);
    this.#seqs.push(seq);
    this.#runs.push(run);
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if ((this.#times[parent] as number) <= time) break;
      this.#move(parent, hole);
      hole = parent;
    }
    this.#set(hole, time, seq, run);
  }

  /** Removes the next event and gives its action. */
  pop(): () => void {
    const top = this.#runs[0] as () => void;
    const time = this.#times.pop() as number;
    const seq = this.#seqs.pop() as number;
    const run = this.#runs.pop() as () => void;
    if (this.#times.length > 0) this.#sink(time, seq, run);
    return top;
  }

  #sink(time: number, seq: number, run: () => void): void {
    const size = this.#times.length;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= size) break;
      if (child + 1 < size && this.#before(child + 1, child)) child += 1;
      const childTime = this.#times[child] as number;
      if (time < childTime || (time === childTime && seq < (this.#seqs[child] as number))) break;
      this.#move(child, hole);
      hole = child;
    }
    this.#set(hole, time, seq, run);
  }

  #before(a: number, b: number): boolean {
    const difference = (this.#times[a] as number) - (this.#times[b] as number);
    return (
      difference < 0 || (difference === 0 && (this.#seqs[a] as number) < (this.#seqs[b] as number))
    );
  }

  #move(from: number, to: number): void {
    this.#set(
      to,
      this.#times[from] as number,
      this.#seqs[from] as number,
      this.#runs[from] as () => void,
    );
  }

  #set(index: number, time: number, seq: number, run: () => void): void {
    this.#times[index] = time;
    this.#seqs[index] = seq;
    this.#runs[index] = run;
  }
}
