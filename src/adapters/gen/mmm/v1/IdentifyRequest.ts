// Original file: proto/mmm.proto


export interface IdentifyRequest {
}

export interface IdentifyRequest__Output {
}
