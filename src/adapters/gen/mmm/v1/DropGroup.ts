// Original file: proto/mmm.proto


export interface DropGroup {
  'group'?: (string);
}

export interface DropGroup__Output {
  'group': (string);
}
