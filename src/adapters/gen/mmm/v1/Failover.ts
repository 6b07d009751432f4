// Original file: proto/mmm.proto


export interface Failover {
  'group'?: (string);
  'to'?: (string);
  'acceptDataLoss'?: (boolean);
  '_to'?: "to";
}

export interface Failover__Output {
  'group': (string);
  'to'?: (string);
  'acceptDataLoss': (boolean);
  '_to'?: "to";
}
