// Original file: proto/mmm.proto


export interface Identity {
  'name'?: (string);
  'clusterId'?: (string);
  'protocol'?: (number);
  'version'?: (string);
  'storageId'?: (string);
  '_clusterId'?: "clusterId";
}

export interface Identity__Output {
  'name': (string);
  'clusterId'?: (string);
  'protocol': (number);
  'version': (string);
  'storageId': (string);
  '_clusterId'?: "clusterId";
}
