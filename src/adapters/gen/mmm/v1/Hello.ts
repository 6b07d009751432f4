// Original file: proto/mmm.proto


export interface Hello {
  'clusterId'?: (string);
  'schema'?: (number);
  'address'?: (string);
  'peers'?: (number);
  'answer'?: (boolean);
  '_clusterId'?: "clusterId";
}

export interface Hello__Output {
  'clusterId'?: (string);
  'schema': (number);
  'address': (string);
  'peers': (number);
  'answer': (boolean);
  '_clusterId'?: "clusterId";
}
