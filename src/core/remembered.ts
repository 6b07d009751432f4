/**
 * Texts that are made of names and asked for in every turn, as keys above all: each is made once. To join it anew
 * costs more than what is asked by it, for V8 looks a text up by what it has made of that very one before.
 *
 * Nothing but the texts is kept, of names that were agreed on: those are few, and the same for every monitor.
 */
export function remembered(make: (name: string) => string): (name: string) => string {
  const made = new Map<string, string>();
  return (name) => {
    let text = made.get(name);
    if (text === undefined) made.set(name, (text = make(name)));
    return text;
  };
}

export function rememberedPair(
  make: (first: string, second: string) => string,
): (first: string, second: string) => string {
  const made = new Map<string, (second: string) => string>();
  return (first, second) => {
    let ofFirst = made.get(first);
    if (ofFirst === undefined) made.set(first, (ofFirst = remembered((name) => make(first, name))));
    return ofFirst(second);
  };
}
