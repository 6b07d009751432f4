// Original file: proto/mmm.proto


export interface NodeRef {
  'group'?: (string);
  'node'?: (string);
}

export interface NodeRef__Output {
  'group': (string);
  'node': (string);
}
