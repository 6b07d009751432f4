// Original file: proto/mmm.proto


export interface StatusAnswer {
  'monitor'?: (string);
  'json'?: (string);
  'leader'?: (string);
  'hasQuorum'?: (boolean);
  'degraded'?: (boolean);
  '_leader'?: "leader";
}

export interface StatusAnswer__Output {
  'monitor': (string);
  'json': (string);
  'leader'?: (string);
  'hasQuorum': (boolean);
  'degraded': (boolean);
  '_leader'?: "leader";
}
