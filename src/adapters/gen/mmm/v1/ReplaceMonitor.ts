// Original file: proto/mmm.proto


export interface ReplaceMonitor {
  'name'?: (string);
  'address'?: (string);
  '_address'?: "address";
}

export interface ReplaceMonitor__Output {
  'name': (string);
  'address'?: (string);
  '_address'?: "address";
}
