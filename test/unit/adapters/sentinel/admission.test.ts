import { describe, expect, it } from "vitest";
import { Admission } from "../../../../src/adapters/sentinel/admission.ts";

const WORDS = "SENTINEL get-master-addr-by-name main".split(" ");

function say(admission: Admission, text: string) {
  return admission.check(text.split(" "));
}

describe("the password of the Sentinel endpoint", () => {
  it("is asked of nobody where there is none", () => {
    const open = new Admission(null);
    expect(open.check(WORDS)).toBeUndefined();
    expect(say(open, "AUTH default whatever")).toBeUndefined();
  });

  it.each(["AUTH sesame", "auth default sesame"])("lets in who says: %s", (text) => {
    const admission = new Admission("sesame");
    expect(admission.check(WORDS)).toMatchObject({ text: expect.stringContaining("NOAUTH") });
    expect(say(admission, text)).toMatchObject({ text: "OK" });
    expect(admission.check(WORDS)).toBeUndefined();
    expect(admission.isTurnedAway).toBe(false);
  });

  it("is taken with HELLO, which then is answered itself", () => {
    const admission = new Admission("sesame");
    expect(say(admission, "HELLO 3")).toMatchObject({ text: expect.stringContaining("NOAUTH") });
    expect(say(admission, "HELLO 3 AUTH default sesame SETNAME me")).toBeUndefined();
    expect(admission.check(WORDS)).toBeUndefined();
  });

  it.each([
    "AUTH no",
    "AUTH ann sesame",
    "AUTH",
    "AUTH default sesame x",
    "HELLO 3 AUTH default no",
  ])("turns away who says: %s", (text) => {
    const admission = new Admission("sesame");
    expect(say(admission, text)).toMatchObject({ text: expect.stringContaining("WRONGPASS") });
    expect(admission.isTurnedAway).toBe(true);
    expect(admission.check(WORDS)).toBeDefined();
  });
});
