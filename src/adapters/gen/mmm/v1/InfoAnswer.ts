// Original file: proto/mmm.proto


export interface InfoAnswer {
  'found'?: (boolean);
  'json'?: (string);
  'nodes'?: (string)[];
}

export interface InfoAnswer__Output {
  'found': (boolean);
  'json': (string);
  'nodes': (string)[];
}
