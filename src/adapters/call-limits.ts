/**
 * What a caller may make a monitor keep before it has asked anything. gRPC for Node has no such limits, so
 * this reaches into its insides: its version is exact (package.json), and a flood shows whether they still hold
 * (test/host/flood.test.ts).
 */
import {
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
} from "@grpc/grpc-js";
import { Unfinished } from "./unfinished.ts";

/** A call as grpc-js has it at its end: only the first interceptor sees this. */
export interface InsideCall extends Pick<ServerInterceptingCallInterface, "sendStatus"> {
  readonly stream: { once(event: "close", listener: () => void): unknown };
  readonly decoder: {
    write: (data: Buffer) => Buffer[];
    readPartialMessage: Buffer[];
    readonly readMessageSize: number;
    readonly readMessageRemaining: number;
  };
}

export function limitCalls(): ServerInterceptor {
  const unfinished = new Unfinished();
  return (_method, call) => {
    unfinished.watch(call as unknown as InsideCall);
    return new ServerInterceptingCall(call);
  };
}
