// Original file: proto/mmm.proto


export interface Resume {
  'group'?: (string);
}

export interface Resume__Output {
  'group': (string);
}
