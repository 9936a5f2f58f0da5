/** States that change are said to those who do not see them. */
import React, { useEffect, useRef, useState } from 'react';

export interface INewsProps {
  /** Of each thing what it is known by, its state, and the sentence that tells it. */
  readonly of: readonly (readonly [id: string, state: string, sentence: string])[];
}

export function News({ of }: INewsProps): React.JSX.Element {
  const before = useRef(new Map<string, string>());
  const [news, setNews] = useState('');
  useEffect(() => {
    const said: string[] = [];
    for (const [id, state, sentence] of of) {
      const old = before.current.get(id);
      if (old !== undefined && old !== state) {
        said.push(sentence);
      }
      before.current.set(id, state);
    }
    if (said.length > 0) {
      setNews(said.join('. '));
    }
  });
  return (
    <div className="freezeout-Unseen" role="status" aria-live="polite">
      {news}
    </div>
  );
}
