/** The product's version, as package.json has it; the bundle carries it along. */
import pkg from "../package.json" with { type: "json" };

export const VERSION: string = pkg.version;
