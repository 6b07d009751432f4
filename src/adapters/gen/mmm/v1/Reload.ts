// Original file: proto/mmm.proto


export interface Reload {
  'group'?: (string);
  'proposal'?: (string);
  'dryRun'?: (boolean);
}

export interface Reload__Output {
  'group': (string);
  'proposal': (string);
  'dryRun': (boolean);
}
