/** Entry point of the thread with the read-only doors; `mmm-mon` starts it, if any is configured. */
import { main } from "../front/main.ts";

main();
