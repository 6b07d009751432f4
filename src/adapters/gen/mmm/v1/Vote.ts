// Original file: proto/mmm.proto


export interface Vote {
  'transfer'?: (boolean);
}

export interface Vote__Output {
  'transfer': (boolean);
}
