/**
 * Writes the object literals of a bundle so that Node 20 makes them as fast as later ones do: there each property behind a
 * spread that stands first costs a microsecond, and a series needs hundreds. What is spread out of a literal stands in its
 * place, and what is spread out of anything else stands behind the prototype that an object has anyway.
 */
export const spreads = {
  name: 'spreads',
  renderChunk(code) {
    const edits = [];
    visit(this.parse(code), false, edits);
    let [written, at] = ['', 0];
    for (const { from, to, text } of edits.toSorted((a, b) => a.from - b.from)) {
      written += code.slice(at, from) + text;
      at = to;
    }
    return { code: written + code.slice(at) };
  },
};

/** `isWithin` tells of a literal whose properties become those of the one around it. */
function visit(node, isWithin, edits) {
  if (Array.isArray(node)) {
    for (const one of node) visit(one, false, edits);
  } else if (typeof node === 'object' && node !== null) {
    const { type, start, end, argument, properties } = node;
    const isUnwrapped = type === 'SpreadElement' && isPlain(argument);
    if (isUnwrapped) for (const edit of unwrapped(start, end, argument.properties)) edits.push(edit);
    if (
      type === 'ObjectExpression' &&
      !isWithin &&
      !properties.some(isPrototype) &&
      beginsWithSpread(properties)
    )
      edits.push({ from: start + 1, to: start + 1, text: ' __proto__: Object.prototype,' });
    for (const key in node) visit(node[key], isUnwrapped, edits);
  }
}

/** `...{ a, b }` as `a, b`. */
function unwrapped(start, end, properties) {
  return [
    { from: start, to: properties[0].start, text: '' },
    { from: properties.at(-1).end, to: end, text: '' },
  ];
}

/** Whether something stands behind a spread that stands first. */
function beginsWithSpread([first, ...others]) {
  if (first?.type !== 'SpreadElement') return false;
  const { argument } = first;
  if (!isPlain(argument)) return others.length > 0;
  return beginsWithSpread([...argument.properties, ...others]);
}

/**
 * Whether a literal means the same without its braces: it has something in it, and none of that is a prototype, or computed
 * anew each time, which what is spread is not.
 */
function isPlain({ type, properties }) {
  if (type !== 'ObjectExpression' || properties.length === 0) return false;
  return !properties.some((one) => isPrototype(one) || one.kind === 'get' || one.kind === 'set');
}

function isPrototype({ type, computed, key }) {
  return type === 'Property' && !computed && (key.name ?? key.value) === '__proto__';
}
