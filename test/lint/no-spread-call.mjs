/**
 * Forbids to spread a list into the arguments of a call: every element becomes an argument on the stack, so that a list
 * of some 120,000 ends in a RangeError. Lists of arguments (`f.apply(x, list)`) are the same under another name.
 * Spreading into an array, an object or a set is no call and stays allowed.
 */
const message = 'a list as arguments overflows the stack once it is long: loop, concat, or smallest/largest';

/** The name of the method that is called, if it is one. */
function methodOf({ type, property }) {
  return type === 'MemberExpression' && property.type === 'Identifier' ? property.name : undefined;
}

const noSpreadCall = {
  create(context) {
    const check = (node) => {
      const spread = node.arguments.find(({ type }) => type === 'SpreadElement');
      if (spread !== undefined) context.report({ node: spread, message });
      else if (methodOf(node.callee) === 'apply') context.report({ node, message });
    };
    return { CallExpression: check, NewExpression: check };
  },
};

export default { meta: { name: 'stack' }, rules: { 'no-spread-call': noSpreadCall } };
