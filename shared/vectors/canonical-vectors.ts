export interface CanonicalVector {
  name: string;
  /** JSON text, as it may come from outside. */
  input: string;
  canonical: string;
}

/** RFC 8785: the first two are its own examples (sections 3.2.2 and 3.2.3). */
export function canonicalVectors(): CanonicalVector[] {
  return [
    {
      name: 'numbers, strings and literals',
      input:
        '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
      canonical:
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    },
    {
      name: 'members sorted by UTF-16 code units',
      input:
        '{"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\\ud83d\\ude00":"Emoji: Grinning Face","\\u0080":"Control","\\u00f6":"Latin Small Letter O With Diaeresis"}',
      canonical:
        '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","😀":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    },
    { name: 'minus zero', input: '-0', canonical: '0' },
    {
      name: 'smallest and largest numbers',
      input: '[5e-324,1.7976931348623157e308]',
      canonical: '[5e-324,1.7976931348623157e+308]',
    },
    { name: 'integer keys are text', input: '{"10":1,"9":2,"a":3}', canonical: '{"10":1,"9":2,"a":3}' },
    { name: 'white space', input: ' { "b" : [ 1 , 2 ] , "a" : { } } ', canonical: '{"a":{},"b":[1,2]}' },
    { name: 'a member named __proto__', input: '{"b":1,"__proto__":2}', canonical: '{"__proto__":2,"b":1}' },
    { name: 'a member named twice: the last counts', input: '{"a":1,"a":2}', canonical: '{"a":2}' },
    { name: 'text alone', input: '"\\u2028\\u007f"', canonical: '"\u2028\u007f"' },
  ];
}
