import React from 'react';
export const View: React.FC<Props> = ({ title }) => { const x = useState<Key>(1); return <Panel<Key> title={title} />; };
