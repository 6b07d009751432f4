// Original file: proto/mmm.proto


export interface Acknowledge {
  'group'?: (string);
  'node'?: (string);
  '_node'?: "node";
}

export interface Acknowledge__Output {
  'group': (string);
  'node'?: (string);
  '_node'?: "node";
}
