import { log } from '../util/log';

export default class Button {
  handle = () => {
    this.render();
    log('x');
  };
  render() {
    return <button onClick={this.handle} />;
  }
}

export const Icon = { Small: () => <i /> };
