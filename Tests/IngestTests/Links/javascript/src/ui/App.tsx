import React, { useState } from 'react';
import type { Props } from './props';
import Button, { Icon as Image } from './Button';
import * as store from '../store/repository';

export const App = ({ order, onSave }: Props) => {
  const [open, setOpen] = useState(false);
  const save = () => {
    onSave(order);
    order.validate();
    setOpen(!open);
  };
  const repository = React.useMemo(() => new store.Repository(null, null), []);
  repository.report();
  return (
    <div>
      <Button onClick={save}>
        <Image.Small />
      </Button>
    </div>
  );
};
