/** Keys that people know from YAML, JSON Schema and OpenAPI and that are left out, with what to write instead. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  '<<': 'merge keys are off, write the keys out',
  oneOf: 'use anyOf, with schemas of which no value passes two',
  allOf: 'write one schema with the keywords of all',
  not: 'say with type, enum, minimum or pattern what is allowed',
  if: 'use anyOf with a schema for each case',
  then: 'use anyOf with a schema for each case',
  else: 'use anyOf with a schema for each case',
  multipleOf: 'no grammar counts in steps: use enum where there are few values, or a whole number of the smaller unit',
  prefixItems: 'use an object with a property for each place',
  additionalItems: 'use maxItems',
  contains: 'say it in the prompt, or give what must be there a property of its own',
  minContains: 'say it in the prompt, or give what must be there a property of its own',
  maxContains: 'say it in the prompt, or give what must be there a property of its own',
  patternProperties: 'use an array of objects with the properties name and value',
  propertyNames: 'use an array of objects with the properties name and value',
  minProperties: 'use required',
  maxProperties: 'use properties and additionalProperties: false',
  dependentRequired: 'use anyOf with a schema for each case',
  dependentSchemas: 'use anyOf with a schema for each case',
  dependencies: 'use anyOf with a schema for each case',
  unevaluatedProperties: 'use additionalProperties: false',
  unevaluatedItems: 'use maxItems',
  discriminator: 'use anyOf, with a const for the property that tells the schemas apart',
  $id: 'leave it out: references are to $defs of the same output',
  id: 'leave it out: references are to $defs of the same output',
  $anchor: 'name the schema in $defs, and refer to #/$defs/NAME',
  $dynamicRef: 'use $ref to #/$defs/NAME',
  $dynamicAnchor: 'name the schema in $defs, and refer to #/$defs/NAME',
  $recursiveRef: 'a schema ends somewhere: write out as many levels as are wanted',
  contentEncoding: 'use pattern, as in ^[A-Za-z0-9+/]*={0,2}$ for base64',
  contentMediaType: 'leave it out',
  contentSchema: 'give what is within properties of its own',
  optional: 'leave the name out of required',
  strict: 'leave it out: additionalProperties: false and required say it',
};

/** What to write instead of a key; null where it is not known. */
export function insteadOf(key: string): string | null {
  return (Object.hasOwn(LEFT_OUT, key) ? LEFT_OUT[key] : undefined) ?? null;
}

/** Names of types from other languages, each with ours. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  dict: 'object',
  map: 'object',
  float: 'number',
  double: 'number',
  int: 'integer',
  long: 'integer',
  bool: 'boolean',
  str: 'string',
  text: 'string',
  list: 'array',
  tuple: 'array, with items',
  none: '"null"',
  any: 'a list of types, such as [string, number, boolean, "null"]',
};

/** What to write instead of a name of a type; null where it is not known. */
export function typeInsteadOf(name: string): string | null {
  const known = name.toLowerCase();
  return (Object.hasOwn(TYPE_NAMES, known) ? TYPE_NAMES[known] : undefined) ?? null;
}

const FORMATS: Readonly<Record<string, string>> = {
  ipv6: 'use a pattern, as in ^[0-9a-f:]{2,39}$',
  regex: 'leave it out',
  byte: 'use a pattern, as in ^[A-Za-z0-9+/]*={0,2}$',
  binary: 'a model writes text: leave it out',
  password: 'leave it out',
  url: 'use uri',
  datetime: 'use date-time',
  guid: 'use uuid',
  phone: 'use a pattern, as in ^[+0-9() -]{5,20}$',
};

/** What to write instead of a format; null where it is not known. */
export function formatInsteadOf(name: string): string | null {
  return (Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined) ?? null;
}
