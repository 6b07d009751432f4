// Original file: proto/mmm.proto


export interface MoveReader {
  'group'?: (string);
  'ip'?: (string);
  'node'?: (string);
}

export interface MoveReader__Output {
  'group': (string);
  'ip': (string);
  'node': (string);
}
