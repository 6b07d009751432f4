// Original file: proto/mmm.proto


export interface Reload {
  'group'?: (string);
  'proposal'?: (string);
}

export interface Reload__Output {
  'group': (string);
  'proposal': (string);
}
