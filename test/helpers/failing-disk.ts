/** A disk for one directory, which fails when it is told to: a file system in a file, mounted over it. */
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { copyData } from "./copy-data.ts";

const run = (command: string, ...args: readonly string[]) =>
  execFileSync(command, args, { stdio: ["ignore", "ignore", "pipe"] });

export class FailingDisk implements Disposable {
  readonly #directory: string;
  readonly #image: string;

  /** What is in the directory is on the disk, too. Needs root. */
  constructor(directory: string) {
    this.#directory = directory;
    this.#image = `${directory}.img`;
    run("truncate", "-s", "16M", this.#image);
    run("mkfs.ext4", "-q", "-d", directory, this.#image);
    this.#mount();
  }

  /** As the kernel does it after an error of the disk: for files that are open, too. */
  becomeReadOnly(): void {
    run("mount", "-o", "remount,abort", this.#directory);
  }

  /** As after a restart of the host. */
  mend(): void {
    run("umount", this.#directory);
    this.#mount();
  }

  #mount(): void {
    run("mount", "-o", "loop", this.#image, this.#directory);
  }

  /** What is on the disk stays in the directory; the mount goes even if nothing can be copied. */
  [Symbol.dispose](): void {
    try {
      copyData(this.#directory, `${this.#directory}.copy`);
    } finally {
      run("umount", this.#directory);
    }
    rmSync(this.#directory, { recursive: true });
    run("mv", `${this.#directory}.copy`, this.#directory);
    rmSync(this.#image);
  }
}
