/** Markdown that others wrote, as JupyterLab shows it, and nothing of it that acts or is fetched. */
import { MimeModel } from '@jupyterlab/rendermime';
import type { IRenderMime, IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { Widget } from '@lumino/widgets';
import React, { useEffect, useRef } from 'react';

const TYPE = 'text/markdown';

/** What is not for reading, or would be fetched from where it says. */
const LEFT_OUT = 'audio, video, source, track, picture, form, input, button, select, textarea, map, area';

interface IMarkdownProps {
  readonly source: string;
  readonly rendermime: IRenderMimeRegistry;
}

export function Markdown({ source, rendermime }: IMarkdownProps): React.JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { current } = box;
    if (!current) {
      return undefined;
    }
    const renderer = rendermime.clone({ sanitizer: new Harmless(rendermime.sanitizer) }).createRenderer(TYPE);
    Widget.attach(renderer, current);
    void renderer.renderModel(new MimeModel({ data: { [TYPE]: source }, trusted: false }));
    return () => {
      renderer.dispose();
    };
  }, [source, rendermime]);
  return <div ref={box} />;
}

/** JupyterLab's own, and after it what it lets through and a stranger's page should not have. */
class Harmless implements IRenderMime.ISanitizer {
  constructor(private readonly _sanitizer: IRenderMime.ISanitizer) {}

  sanitize(dirty: string, options?: IRenderMime.ISanitizerOptions): string {
    const { body } = new DOMParser().parseFromString(this._sanitizer.sanitize(dirty, options), 'text/html');
    body.querySelectorAll(LEFT_OUT).forEach(node => {
      node.remove();
    });
    for (const node of body.querySelectorAll('*')) {
      for (const name of ['style', 'background', 'srcset', 'id', 'name']) {
        node.removeAttribute(name);
      }
      if (node.matches('img') && !/^data:image\/(png|jpeg|gif|webp);/.test(node.getAttribute('src') ?? '')) {
        node.replaceWith(node.getAttribute('alt') ?? '');
      } else if (node.hasAttribute('src') && !node.matches('img')) {
        node.remove();
      }
      if (node.hasAttribute('href') && !/^(https?:\/\/|mailto:)/i.test(node.getAttribute('href') ?? '')) {
        node.removeAttribute('href');
      }
    }
    return body.innerHTML;
  }

  allowNamedProperties = false;
}
