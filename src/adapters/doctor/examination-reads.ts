/** What a monitor says that it and its peers found, read before anything is made of it. */
import { listOf, objectOf, oneOf, orNull, type Read, words } from "../json-reads.ts";
import { type Examination, type Finding, LEVELS, type Report } from "./finding.ts";

/** Of this version's kinds, or of another one's. */
const kind = words as Read<never>;

const report = objectOf<Report>({
  monitor: words,
  version: words,
  config: orNull(words),
  findings: listOf(
    objectOf<Finding>({
      id: kind,
      level: oneOf(...LEVELS),
      subject: words,
      what: words,
      why: orNull(words),
      fix: orNull(words),
    }),
  ),
});

/** @throws Malformed */
export const examinationIn = objectOf<Examination>({
  reports: listOf(report),
  unreachable: listOf(
    objectOf<Examination["unreachable"][number]>({ name: words, address: words, why: words }),
  ),
});
