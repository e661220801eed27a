import type {
  AccountId,
  AccountView,
  Amount,
  BlockView,
  BuilderView,
  Call,
  CalledView,
  CallId,
  CertificateView,
  Class,
  CodeView,
  Command,
  ComparisonView,
  DryRunView,
  Error as NodeError,
  Event,
  ExecutionDetail,
  ExecutionFilter,
  ExecutionsPage,
  FleetView,
  ForecastView,
  Hash,
  HeadView,
  Height,
  Hide,
  JournalPage,
  JournalVerdict,
  KeySource,
  KeyView,
  LanesView,
  ListingView,
  Mode,
  ModuleDetail,
  ModuleId,
  ModuleView,
  NetworkView,
  Outcome,
  Payload,
  PeerOffer,
  PipelinesView,
  PlanView,
  ProofDetail,
  ProofsView,
  ProofTask,
  ProposalDetail,
  ProposalId,
  ProposalView,
  Receipt,
  ReexecutionView,
  Response,
  Side,
  StatusView,
  StockView,
  StoragePage,
  TagView,
  TransactionView,
  VerdictView,
  WhatIf,
} from "./types.d.ts";

export type * from "./types.d.ts";

/** Base units in one ZRA. */
export const UNITS_PER_ZRA: bigint;
/** The protocol this package speaks. */
export const PROTOCOL_VERSION: number;

/** Base units of an amount in ZRA: `zra("1.5")` is `"1500000000"`. */
export function zra(amount: string | number | bigint): Amount;
/** An amount of base units as ZRA, exactly. */
export function showZra(units: Amount | bigint): string;

/** What the node answers when it cannot do something. */
export class ZeraError extends Error {
  kind: NodeError["kind"];
  cause: NodeError["cause"];
  fatal: boolean;
}

/** Starts a node in a worker of its own and waits until its chain runs. */
export function start(options?: { workerUrl?: string | URL; onEvent?: (event: Event) => void }): Promise<Client>;

/** Speaks to a node worker that the page already runs. */
export function attach(worker: Worker): Client;

/** A transaction in a stored block. */
export interface Done {
  hash: Hash;
  height: Height;
  outcome: Outcome;
}

/** An upgrade in short: the code is uploaded and gets the next version. */
export interface Upgrade {
  upgrade: { module: ModuleId; code: Uint8Array; migrate?: boolean; description?: string };
}

/** One node, seen from a script. Every method rejects with {@link ZeraError}. */
export class Client {
  status(): Promise<StatusView>;
  /** Calls `listener` with every event until the returned function is called. */
  on(listener: (event: Event) => void): () => void;

  modules(): Promise<ModuleView[]>;
  module(id: ModuleId): Promise<ModuleDetail>;
  storage(id: ModuleId, page?: { after?: Uint8Array; limit?: number }): Promise<StoragePage>;
  query(id: ModuleId, entry: string, args?: Uint8Array): Promise<CalledView>;
  proposals(): Promise<ProposalView[]>;
  proposal(id: ProposalId): Promise<ProposalDetail>;
  forecast(id: ProposalId, whatIf?: WhatIf): Promise<ForecastView>;
  dryRun(what: ProposalId | { codes?: Uint8Array[]; payload: Payload }, options?: { replay?: number; signal?: AbortSignal }): Promise<DryRunView>;
  compare(old: Hash, code: Hash, options?: { signal?: AbortSignal }): Promise<ComparisonView>;
  disassemble(code: Hash, options?: { function?: number | null }): Promise<ListingView>;
  reexecute(hash: Hash, options?: { signal?: AbortSignal }): Promise<ReexecutionView>;
  codeAt(module: ModuleId, height: Height): Promise<CodeView>;
  pipelines(): Promise<PipelinesView>;
  lanes(height: Height): Promise<LanesView>;
  setPipelines(settings: { count?: number | null; samplingPpm?: number; fast?: boolean }): Promise<void>;
  tags(manager: ModuleId): Promise<TagView[]>;
  fleet(manager: ModuleId, tag: string, page?: { after?: ModuleId | null; limit?: number }): Promise<FleetView>;
  builders(): Promise<BuilderView[]>;
  journal(page?: { module?: ModuleId | null; before?: number | null; limit?: number }): Promise<JournalPage>;
  exportJournal(): Promise<Uint8Array>;
  checkJournal(bytes: Uint8Array): Promise<JournalVerdict>;
  account(id?: AccountId): Promise<AccountView>;
  block(height: Height): Promise<BlockView>;
  blocks(page?: { from?: Height | null; limit?: number }): Promise<HeadView[]>;
  transaction(hash: Hash): Promise<TransactionView>;
  inspect(code: Uint8Array): Promise<CodeView>;

  executions(filter?: Partial<ExecutionFilter> & { before?: CallId | null; limit?: number }): Promise<ExecutionsPage>;
  execution(id: CallId): Promise<ExecutionDetail>;
  /** Answers the id of the proof. */
  prove(
    call: CallId,
    options?: { nonce?: Hash; onProgress?: (task: ProofTask) => void; signal?: AbortSignal },
  ): Promise<Hash>;
  /** Answers the id of the proof. */
  proveLocal(run: {
    module?: ModuleId;
    code?: Uint8Array;
    entry: string;
    args?: Uint8Array | Array<number | bigint | string>;
    hide?: Partial<Hide>;
    nonce?: Hash;
    onProgress?: (task: ProofTask) => void;
    signal?: AbortSignal;
  }): Promise<Hash>;
  proofs(): Promise<ProofsView>;
  proof(id: Hash, options?: { signal?: AbortSignal }): Promise<ProofDetail>;
  proofFile(id: Hash): Promise<Uint8Array>;
  verifyProof(file: Uint8Array, options?: { keep?: boolean; signal?: AbortSignal }): Promise<VerdictView>;
  verifyStock(files: { proof: string; public: string; key: string }): Promise<StockView>;
  submitProof(id: Hash): Promise<{ plan: PlanView; transactions: Done[] }>;
  requestProof(call: CallId): Promise<{ plan: PlanView; transactions: Done[] }>;

  keys(): Promise<KeyView[]>;
  newPhrase(): Promise<string>;
  addKey(source: KeySource): Promise<KeyView[]>;

  simulate(calls: Call | Call[], codes?: Uint8Array[]): Promise<PlanView>;
  submit(plan: PlanView | Uint8Array): Promise<Done[]>;
  transact(calls: Call | Call[], codes?: Uint8Array[]): Promise<{ plan: PlanView; transactions: Done[] }>;
  deploy(code: Uint8Array, options?: { args?: Uint8Array; value?: Amount }): Promise<ModuleId>;
  call(
    module: ModuleId,
    entry: string,
    options?: { args?: Uint8Array; value?: Amount },
  ): Promise<Done & { result: Uint8Array; receipt: Receipt }>;
  propose(title: string, payload: Payload | Upgrade): Promise<ProposalId>;
  allocate(proposal: ProposalId, amount: Amount | bigint, side?: Side): Promise<Done>;
  delegate(kind: Class, to: AccountId, amount: Amount | bigint): Promise<Done>;
  attest(code: Hash, rebuilt: Hash, recipe: Hash): Promise<Done>;
  advance(slots: number, options?: { signal?: AbortSignal }): Promise<StatusView>;

  network(): Promise<NetworkView>;
  probe(peer: string): Promise<PeerOffer>;
  join(peers: string | string[], checkpoint: string, options?: { full?: boolean }): Promise<StatusView>;
  leave(): Promise<StatusView>;
  setMode(mode: Mode): Promise<StatusView>;
  addPeer(peer: string): Promise<NetworkView>;
  removePeer(peer: string): Promise<NetworkView>;
  certificate(height?: Height): Promise<CertificateView>;
  exportEvidence(id: number): Promise<Uint8Array>;
  exportHeaders(): Promise<Uint8Array>;

  exportChain(): Promise<Uint8Array>;
  importChain(bytes: Uint8Array): Promise<StatusView>;
  /** Any command, answered as the protocol answers it. */
  ask(command: Command): Promise<Response>;
  /** Ends a node that `start` began. */
  stop(): void;
}
