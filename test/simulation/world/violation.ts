/** A promise that did not hold. The run ends with it; its seed and transcript tell the rest. */
export class Violation extends Error {
  readonly rule: string;

  constructor(rule: string, text: string) {
    super(`${rule}: ${text}`);
    this.name = "Violation";
    this.rule = rule;
  }
}
