// Original file: proto/mmm.proto


export interface AddMonitor {
  'name'?: (string);
  'address'?: (string);
}

export interface AddMonitor__Output {
  'name': (string);
  'address': (string);
}
