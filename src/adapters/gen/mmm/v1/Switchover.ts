// Original file: proto/mmm.proto


export interface Switchover {
  'group'?: (string);
  'to'?: (string);
  '_to'?: "to";
}

export interface Switchover__Output {
  'group': (string);
  'to'?: (string);
  '_to'?: "to";
}
