// Original file: proto/mmm.proto


export interface Hello {
  'clusterId'?: (string);
  'schema'?: (number);
  'address'?: (string);
  'peers'?: (number);
  'answer'?: (boolean);
  'bequest'?: (string);
  'met'?: (boolean);
  '_clusterId'?: "clusterId";
  '_bequest'?: "bequest";
}

export interface Hello__Output {
  'clusterId'?: (string);
  'schema': (number);
  'address': (string);
  'peers': (number);
  'answer': (boolean);
  'bequest'?: (string);
  'met': (boolean);
  '_clusterId'?: "clusterId";
  '_bequest'?: "bequest";
}
