import { Order } from '@/store/model';

export interface Props {
  order: Order;
  onSave(order: Order): void;
}
