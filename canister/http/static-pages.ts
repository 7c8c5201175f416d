/** The files that are served as they are, with the subnet's certificate where a gateway verifies. */
import { PathTree, segmentsOf, sideOf } from '../assets/path-tree.js';
import type { StaticFile, StaticFiles } from '../assets/static-file.js';
import type { CertifiedAnswers } from '../certification/certified-answers.js';
import { ExpressionPath } from '../certification/expression-path.js';
import { expressionFor } from '../certification/response-hash.js';
import { fromHex } from '../encoding/bytes.js';
import type { System } from '../system.js';
import { certifiedTemplate, responseTemplate } from './response-template.js';

export class StaticPages {
  private files: readonly StaticFile[];

  constructor(
    private readonly system: System,
    private readonly answers: CertifiedAnswers,
    private readonly packed: Pick<StaticFiles, 'files'>,
  ) {
    this.files = packed.files;
  }

  /** Serves files beside those that the build has packed; they stand before the answers. The root is to be certified after this. */
  serve(more: readonly StaticFile[]): void {
    this.files = [...this.packed.files, ...more];
    this.answers.setBefore(new PathTree(this.files, 'before', this.system.bytes).hash);
  }

  /**
   * The file at a path, in Candid; undefined where there is none, or it is to be verified and this is no query.
   * @param isRaw whether nobody verifies it
   */
  response(path: string, isRaw: boolean): Uint8Array | undefined {
    const file = this.files.find((each) => each.path === path);
    if (file === undefined) return undefined;
    if (isRaw) return responseTemplate(200, file.headers).fill([this.system.blob(file.body)]);
    const expression = expressionFor(file.headers);
    const header = this.certificateHeader(file, expression);
    return header && certifiedTemplate(file.headers, expression).fill([this.system.blob(file.body), header]);
  }

  private certificateHeader(file: StaticFile, expression: string): Uint8Array | undefined {
    const certificate = this.system.certificate();
    if (!certificate) return undefined;
    const { bytes } = this.system;
    const side = sideOf(file.path);
    const tree = new PathTree(this.files, side, bytes);
    const end = new ExpressionPath(expression, bytes);
    const paths = this.answers.pathsBeside(side, tree.witness(file.path, end.cbor(fromHex(file.response))));
    return end.header(certificate, paths, segmentsOf(file.path).map(bytes));
  }
}
