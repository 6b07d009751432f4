// Original file: proto/mmm.proto


export interface Adopt {
  'group'?: (string);
  'cluster'?: (string);
  'empty'?: (string);
  'acceptDataLoss'?: (boolean);
  '_cluster'?: "cluster";
  '_empty'?: "empty";
}

export interface Adopt__Output {
  'group': (string);
  'cluster'?: (string);
  'empty'?: (string);
  'acceptDataLoss': (boolean);
  '_cluster'?: "cluster";
  '_empty'?: "empty";
}
